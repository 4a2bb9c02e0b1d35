package host

import (
	"testing"
	"time"
)

// The chase visits every line, in the same order in every process.
func TestChase(t *testing.T) {
	k := NewCanary(&still{})
	at, n, hash := uint32(0), 0, uint64(0)
	for {
		at, n = k.lines[at].next, n+1
		hash = hash*31 + uint64(at)
		if at == 0 {
			break
		}
	}
	if n != canaryLines || hash != 0x673840e3512502e6 {
		t.Errorf("one round of %d lines, hash %#x", n, hash)
	}
}

// A ticking is clocks in which reading takes each of some times in turn.
type ticking struct {
	still
	steps []time.Duration
}

func (c *ticking) Now() time.Duration {
	if len(c.steps) > 0 {
		c.now, c.steps = c.now+c.steps[0], c.steps[1:]
	}
	return c.now
}

// The shortest of the tries counts, for each loop.
func TestCanary(t *testing.T) {
	c := &ticking{}
	us := time.Microsecond
	for _, tries := range [canaryTries][2]int{{900, 5000}, {600, 2000}, {601, 9000}, {700, 65536}, {40000, 1966}} {
		c.steps = append(c.steps, 0, time.Duration(tries[0])*us, time.Duration(tries[1])*us)
	}
	want := Speed{Arithmetic: 2, Chase: 1966000.0 / canaryLines}
	if got := NewCanary(c).Run(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestChange(t *testing.T) {
	for _, c := range []struct {
		a, b Speed
		want float64
	}{
		{Speed{2, 40}, Speed{2, 40}, 0},
		{Speed{2, 40}, Speed{3, 44}, 0.5},
		{Speed{3, 44}, Speed{2, 40}, 0.5}, // the same whichever came first
		{Speed{2, 40}, Speed{2, 80}, 1},
		{Speed{}, Speed{2, 80}, 0},
	} {
		if got := c.a.Change(c.b); got != c.want {
			t.Errorf("from %v to %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestFacts(t *testing.T) {
	f := files(map[string]string{
		"proc/cpuinfo": "processor\t: 0\nmodel name\t: AMD EPYC\n",
		"sys/kernel/mm/transparent_hugepage/enabled":                      "always [madvise] never\n",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq":            "2400000\n",
		"sys/class/thermal/thermal_zone0/temp":                            "41000\n",
		"sys/bus/event_source/devices/cpu/type":                           "4\n",
		"proc/sys/vm/nr_hugepages":                                        "12\n",
		"sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor":            "powersave\n",
	})
	want := []Fact{
		{"governor", "powersave"}, {"clock source", "tsc"}, {"transparent huge pages", "madvise"},
		{"reserved huge pages", "12"}, {"frequency", "2400000 kHz"}, {"temperature", "41000 millidegrees"},
		{"hardware counters", "available"},
	}
	for i, got := range Facts(f) {
		if got != want[i] {
			t.Errorf("got %v, want %v", got, want[i])
		}
	}
	for _, got := range Facts(files(nil)) {
		if got.Value != "" {
			t.Errorf("%s is %q where nothing can be read", got.Name, got.Value)
		}
	}
	if got := CPU(f); got != "AMD EPYC" {
		t.Errorf("the processor is %q", got)
	}
}
