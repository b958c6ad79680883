"""Where ``--log`` of ``run`` and ``image`` writes the loss and the scores of each seed while it is trained."""
