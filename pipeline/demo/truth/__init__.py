"""The truth about the sample, found from the generator's own decisions in plain Python.

Nothing here is shared with the packs, the SQL or the engine: the numbers are a second copy on purpose.
"""
