"""Where ``--log`` writes the loss and the scores of each seed while it is trained."""
