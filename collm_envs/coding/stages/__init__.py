"""What generated problems are made of: stages of many kinds, stories to begin with, and the chains that they form."""
