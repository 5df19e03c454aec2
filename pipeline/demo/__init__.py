"""Sample exports of all seven store codes, written as the platforms write them, and the truth beside."""
