"""Rounds of training and labelling: a network learns from the labels, and the labeler sees what it learnt.

``python -P -m gapro_annotator.self_training RUN_DIR`` works on a run of which the configuration asks for rounds; the
run folder is that of `gapro_annotator.training`, which knows nothing of the labeler.
"""
