"""Tasks of writing together: TLDR and arXiv."""
