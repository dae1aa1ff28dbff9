"""Tests below find `training_scenes` here."""
