"""The command ``report``: stored results as one HTML page that needs nothing else."""
