"""The ``rgrl-bench`` command."""
