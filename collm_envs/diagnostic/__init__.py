"""A task that is solved exactly by hand, on which a learner is checked in minutes: Relay."""
