package result

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzTimeline(f *testing.F) {
	f.Add(formatTimeline(sample().Buckets))
	f.Add([]byte("start_s,elapsed_s\n1,2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parseTimeline("f", data)
		if err != nil {
			return
		}
		again, err := parseTimeline("f", formatTimeline(b))
		if d := cmp.Diff(b, again); err != nil || d != "" {
			t.Fatal(err, d)
		}
	})
}

func FuzzEvents(f *testing.F) {
	f.Add(formatEvents(sample().Events))
	f.Add([]byte("at_s,checkpoint,event\n1,1,\"a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ev, err := parseEvents("f", data)
		if err != nil {
			return
		}
		again, err := parseEvents("f", formatEvents(ev))
		if d := cmp.Diff(ev, again); err != nil || d != "" {
			t.Fatal(err, d)
		}
	})
}

func FuzzTrial(f *testing.F) {
	good, err := marshal(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema":1,"algorithm":"a","trial":1,"status":"ok"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var x Trial
		if decodeTrial("f", data, &x) != nil {
			return
		}
		out, err := marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		var y Trial
		if err := decodeTrial("f", out, &y); err != nil {
			t.Fatal(err)
		}
		if TrialDir(x) != TrialDir(y) {
			t.Fatalf("%s became %s", TrialDir(x), TrialDir(y))
		}
		again, err := marshal(y)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%v\n%s\n%s", err, out, again)
		}
	})
}

func FuzzHGRM(f *testing.F) {
	f.Add([]byte(hgrm))
	f.Fuzz(func(t *testing.T, data []byte) {
		ps, err := parseHGRM("f", data)
		for i := 1; i < len(ps) && err == nil; i++ {
			if ps[i].Value <= ps[i-1].Value || ps[i].Count < ps[i-1].Count {
				t.Fatalf("step %d falls: %v", i, ps)
			}
		}
	})
}
