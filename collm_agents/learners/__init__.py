"""The learners of the paper: CoLLM-CC, CoLLM-DC, MAGRPO and its Monte Carlo kin, and GRPO and AC for a single agent."""
