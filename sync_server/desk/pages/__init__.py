"""The desk's pages: rendered here, without script or anything from elsewhere; script only adds keys."""
