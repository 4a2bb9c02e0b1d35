package merge

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"ckptbench/harness/result"
)

// machines returns every machine of the parts once. What a machine said of
// itself in a later part is added to its warnings; where the program or the
// system had changed meanwhile, that is one.
func machines(parts []*result.Experiment) []result.Machine {
	var all []result.Machine
	for _, p := range parts {
		for _, m := range p.AllMachines() {
			// m is a copy: the part itself stays as it was loaded.
			m.ID = idOf(p, m)
			i := slices.IndexFunc(all, func(o result.Machine) bool { return o.ID == m.ID })
			if i < 0 {
				// Warnings of later parts are appended: not to the slice of the part.
				m.Warnings = slices.Clone(m.Warnings)
				all = append(all, m)
				continue
			}
			all[i].Warnings = addNew(all[i].Warnings, m.Warnings...)
			// The same machine again: what it was the first time is kept, and in what it has
			// changed since becomes a warning.
			all[i].Warnings = addNew(all[i].Warnings, changed(&all[i], &m)...)
			all[i].Dirty = all[i].Dirty || m.Dirty
		}
	}
	// Different machines are compared with the first alone, so each difference is said once.
	first := all[0]
	for i := range all {
		if w := changed(&first, &all[i]); all[i].ID != first.ID {
			all[i].Warnings = addNew(all[i].Warnings, w...)
		}
	}
	return all
}

// idOf is a machine's id. One that is not known is another in every part.
func idOf(p *result.Experiment, m result.Machine) string {
	if m.ID == "" {
		return "unknown-" + filepath.Base(p.Dir)
	}
	return m.ID
}

// changed says in what two parts' programs and systems differ, of what may well
// show in figures.
func changed(a, b *result.Machine) []string {
	var out []string
	for _, f := range []struct{ name, a, b string }{
		{"commit", a.Commit, b.Commit}, {"Go", a.Go, b.Go}, {"kernel", a.Kernel, b.Kernel},
		{"file system", a.FileSystem, b.FileSystem},
		{"GOMAXPROCS", fmt.Sprint(a.GOMAXPROCS), fmt.Sprint(b.GOMAXPROCS)},
	} {
		if f.a != f.b {
			out = append(out, fmt.Sprintf("parts were run with different %s: %s and %s", f.name, cmp.Or(f.a, "unknown"),
				cmp.Or(f.b, "unknown")))
		}
	}
	if was, now := sectors(a), sectors(b); was != now && was != 0 && now != 0 { // earlier versions did not note them
		out = append(out, fmt.Sprintf("parts were run on disks with different sectors: of %d and %d bytes", was, now))
	}
	return out
}

// sectors returns the bytes of a sector of the disk with the images; 0 is not known.
func sectors(m *result.Machine) int64 {
	if len(m.Folders) == 0 {
		return 0
	}
	return m.Folders[0].Sector
}

// addNew appends what the list does not have.
func addNew[T comparable](list []T, more ...T) []T {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
