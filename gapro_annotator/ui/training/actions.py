"""The actions of the Train menu."""

from gapro_annotator.ui.action_spec import ActionSpec, Slot

HEADER_BUTTONS = ("retrain", "stop_run", "cancel_run", "resume_run")
RUN_BUTTONS = ("use_features", "show_prediction", "export_model", "review_proposals")


def train_table(slots: dict[str, Slot]) -> list[ActionSpec]:
    """Every action of the menu; `slots` has what each does, by id."""
    return [
        ActionSpec(id="retrain", menu="Train", text="Retrain…", short="▶ Retrain…", shortcut="Ctrl+R",
                   slot=slots["retrain"],
                   tooltip="Train a network on pseudo labels and corrections, beside the window"),
        ActionSpec(id="stop_run", menu="Train", text="Stop training", short="■ Stop", slot=slots["stop_run"],
                   tooltip="End the run soon and keep its model"),
        ActionSpec(id="cancel_run", menu="Train", text="Cancel training", short="Cancel", slot=slots["cancel_run"],
                   tooltip="Give the run up; its folder stays"),
        ActionSpec(id="resume_run", menu="Train", text="Resume training", short="▶ Resume", slot=slots["resume_run"],
                   tooltip="Go on with the chosen run from its last checkpoint", ends_section=True),
        ActionSpec(id="review_proposals", menu="Train", text="Review proposals", short="Proposals",
                   slot=slots["review_proposals"], tooltip="See which labels the chosen run would change"),
        ActionSpec(id="show_prediction", menu="Train", text="Show its predictions", short="Show predictions",
                   slot=slots["show_prediction"],
                   tooltip="Colour the points by what the chosen run finds in this scan  (C P)"),
        ActionSpec(id="use_features", menu="Train", text="Use this run's features", short="Use features", checked=False,
                   slot=slots["use_features"],
                   tooltip="Let the labeler see what the chosen run learnt, in every scan of the project"),
        ActionSpec(id="export_model", menu="Train", text="Export model…", slot=slots["export_model"],
                   tooltip="Copy the best weights of the chosen run, with its settings beside them"),
    ]  # fmt: skip
