"""Small splits written for this project, with their checksums. ``python -m collm_envs.data`` writes them anew."""
