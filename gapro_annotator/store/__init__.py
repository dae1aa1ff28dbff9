"""Our HDF5: schema, atomic save, journal."""
