"""``collm report``: runs of ``collm train`` and of ``collm eval --out`` as one HTML page that needs nothing else."""
