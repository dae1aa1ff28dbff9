"""Networks: one backbone, and heads behind one interface, one file each (`network.Head`)."""
