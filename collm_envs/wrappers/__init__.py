"""Other views of the environments."""
