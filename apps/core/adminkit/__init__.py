"""What the screens of the admin are built from; knows no model of ours."""
