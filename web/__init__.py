"""HTTP: the API, the clinicians' review, the operators' dashboard."""
