"""The rows of the paper's tables as methods, one file each: what the tool's own method is measured against.

`methods` is the door and loads torch only for the methods that need it. Nothing here imports the tool's own method.
"""
