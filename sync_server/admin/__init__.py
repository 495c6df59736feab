"""Administration: missions, invitations, revocation, replay."""
