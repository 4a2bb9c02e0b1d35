package result

// LoadTrial reads the trial saved in dir, which is one of an experiment's
// trials folder.
func LoadTrial(dir string) (*Trial, error) { return loadTrial(dir) }
