package host

import (
	"strings"
	"time"
)

// A Stall is for how long tasks waited for a resource: some of those that
// wanted to run, or all of them at once.
type Stall struct{ Some, Full time.Duration }

// A Pressure is the kernel's pressure stall information, added up since boot
// or, as a difference, over a span. Own is the processor's for this process's
// own control group, which only version 2 has.
type Pressure struct {
	CPU, Memory, IO, Own Stall // and the others: of the machine; Own: of this process's group
	Known                bool  // the kernel has it
}

// readPressure reads the machine's pressure, and that of the control group in
// the folder own, if there is one.
func (f Files) readPressure(own string) Pressure {
	p := Pressure{
		Known:  f.has("/proc/pressure/cpu"),
		CPU:    parseStall(f.text("/proc/pressure/cpu")),
		Memory: parseStall(f.text("/proc/pressure/memory")),
		IO:     parseStall(f.text("/proc/pressure/io")),
	}
	if own != "" {
		p.Own = parseStall(f.text(own + "/cpu.pressure"))
	}
	return p
}

// parseStall reads the totals, in microseconds, of lines like
// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0".
func parseStall(text string) Stall {
	var s Stall
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		total, ok := strings.CutPrefix(fields[len(fields)-1], "total=")
		n, valid := number(total)
		if !ok || !valid {
			continue
		}
		switch d := time.Duration(n) * time.Microsecond; fields[0] {
		case "some":
			s.Some = d
		case "full":
			s.Full = d
		}
	}
	return s
}

// minus is what came between q and p. It is known only where both are.
func (p Pressure) minus(q Pressure) Pressure {
	return Pressure{
		CPU: p.CPU.minus(q.CPU), Memory: p.Memory.minus(q.Memory), IO: p.IO.minus(q.IO), Own: p.Own.minus(q.Own),
		Known: p.Known && q.Known,
	}
}

func (s Stall) minus(t Stall) Stall { return Stall{max(0, s.Some-t.Some), max(0, s.Full-t.Full)} }
