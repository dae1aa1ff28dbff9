"""All scans of the project at a glance: how far each is, which is worth most, labelling and exporting of many."""
