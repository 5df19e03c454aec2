"""What buyers, agents and robots of the sample shops say."""
