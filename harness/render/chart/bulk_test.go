package chart

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"ckptbench/harness/result"
	"ckptbench/workload"
	"ckptbench/workload/bulk"
)

// demoBulk is an experiment of messages: the published sizes with and without
// batches, or three ways over sizes of messages.
func demoBulk(indexed bool) *result.Experiment {
	e := &result.Experiment{Name: "demo-bulk",
		Machine: result.Machine{CPU: "AMD EPYC 7B13", Cores: 2, Warnings: []string{"CPU governor is not 'performance'"}}}
	add := func(n int, put string, ns float64, pages int, params ...result.Param) {
		params = append(params, result.Param{Key: "workload.put", Value: put})
		e.Trials = append(e.Trials, result.Trial{
			Schema: result.Schema, Experiment: e.Name, Algorithm: "none", Params: params, Trial: n, Round: n, Status: result.OK,
			Verdict: result.Verdict{Mode: result.ModelVerdict, OK: true},
			Bulk: &result.Bulk{Put: put, Rows: 1000, Elapsed: ns / 1e6,
				Messages: result.Quantiles{Count: 10, P50: uint64(ns), P99: uint64(2 * ns)},
				Held:     1000, Bytes: int64(pages) * 3800, Pages: pages, PageSize: 4096, Digest: "abc"},
		})
	}
	for n := 1; n <= 3; n++ {
		noise := 1 + 0.03*float64(n)
		if !indexed {
			for i, c := range bulk.Published() {
				size := result.Param{Key: "workload.row_size", Value: c.Size.String()}
				add(n, workload.PutInsert, 10000, 100*(i+1), size)
				add(n, workload.PutInsertRows, 10000*noise*(0.5+0.08*float64(i)), 100*(i+1)+3*i, size)
			}
			continue
		}
		for _, mix := range workload.Calls(workload.Bulk) {
			for _, order := range []string{"ordered", "scattered", "random"} {
				for k, keys := range []string{"10", "100", "1000"} {
					ps := []result.Param{{Key: "workload.mix", Value: mix}, {Key: "workload.key_order", Value: order},
						{Key: "workload.keys", Value: keys}}
					add(n, workload.PutSingle, 50000, 50, ps...)
					add(n, workload.PutInvoke, 50000*noise/(1+0.3*float64(k)), 50, ps...)
					add(n, workload.PutFind, 50000*noise/(0.8+0.5*float64(k)), 51, ps...)
				}
			}
		}
	}
	return e
}

// A result of messages has its own charts and no others, the same bytes each time.
func TestBulkCharts(t *testing.T) {
	check := func(e *result.Experiment, want ...string) []*Chart {
		t.Helper()
		a, b := Charts(e, Style{}), Charts(e, Style{})
		var names []string
		for i := range a {
			names = append(names, a[i].Name)
			for _, f := range []string{"svg", "tex"} {
				x, err := a[i].Encode(f)
				y, err2 := b[i].Encode(f)
				if err != nil || err2 != nil || !bytes.Equal(x, y) {
					t.Errorf("%s as %s: %v, %v, the same: %v", a[i].Name, f, err, err2, bytes.Equal(x, y))
				}
			}
		}
		if fmt.Sprint(names) != fmt.Sprint(want) {
			t.Errorf("charts %q, want %q", names, want)
		}
		return a
	}
	texts := func(c *Chart) string {
		svg, err := c.Encode("svg")
		if err != nil {
			t.Fatal(err)
		}
		return string(svg)
	}
	cs := check(demoBulk(false), "saved", "pages")
	for _, want := range []string{"44-104", "43.4 %", "100-32000", "not legible", "published (IEP-32)"} {
		if !strings.Contains(texts(cs[0]), want) {
			t.Errorf("no %q in the chart of what is saved", want)
		}
	}
	if got := texts(cs[1]); !strings.Contains(got, "(+2.6 %)") || !strings.Contains(got, "821 pages") {
		t.Error("the chart of pages does not say how many there are")
	}
	gain := check(demoBulk(true), "gain")[0]
	for _, want := range []string{"update, ordered", "mixed, random", ">10<", ">1000<", "Rows of a message"} {
		if !strings.Contains(texts(gain), want) {
			t.Errorf("no %q in the chart of gains", want)
		}
	}
}

// A way that failed is a red line, and none of the figures of the others.
func TestBulkFailed(t *testing.T) {
	for _, indexed := range []bool{false, true} {
		e := demoBulk(indexed)
		x := &e.Trials[1]
		x.Status, x.Error, x.Bulk, x.Verdict.OK = result.Failed, "there is no row of key 7", nil, false
		svg, err := Charts(e, Style{})[0].Encode("svg")
		if err != nil || !strings.Contains(string(svg), "FAILED: there is no row of") {
			t.Errorf("with an index: %v: the failure is not shown: %v", indexed, err)
		}
	}
}
