"""Networks that learn from the labels, in a process of their own: ``python -P -m gapro_annotator.training RUN_DIR``.

The run folder is the whole interface (docs/training.md): configuration and a snapshot of the labels go in; metrics,
state, checkpoints, deep features and proposals come out. What the window reads of it (`config`, `run_folder`,
`progress`, `metrics`, `launch`) loads no torch.
"""
