package result

// LoadMachine reads where the result in dir was measured; the zero Machine where
// that is not known.
func LoadMachine(dir string) (Machine, error) {
	e := Experiment{Dir: dir}
	_, err := e.loadMachines()
	return e.Machine, err
}

// LoadTrial reads the trial saved in dir, which is one of an experiment's
// trials folder.
func LoadTrial(dir string) (*Trial, error) { return loadTrial(dir) }
