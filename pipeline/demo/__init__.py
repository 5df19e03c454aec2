"""Sample exports of all seven store codes, written as the platforms write them, with the truth beside them."""
