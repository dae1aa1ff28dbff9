"""What each command of the program does: one command, one file.

Every module has ``add_arguments(parser)`` and ``run(args) -> int``, the exit code; `gapro_annotator.cli` finds them by
name.
"""
