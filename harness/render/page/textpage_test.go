package page

import (
	"strings"
	"testing"

	"ckptbench/harness/render/table"
)

// What a text holds stays text, and a page of text has the style of the others.
func TestTextPage(t *testing.T) {
	var b strings.Builder
	p := TextPage{Title: "a & b", About: "<i>about</i>", Verdict: "2 of 3", Sections: []Section{
		{Title: "One", Table: table.Grid{Columns: table.Words("", "claim"), Rows: []table.Row{{Cells: []string{"held",
			"<script>"}}}}},
		{Title: "Two", Items: []Item{{"id", "says", "theirs < 1", "ours", "why"}}, Notes: []string{"note"}},
	}}
	if err := p.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{
		"<title>a &amp; b · ckptbench</title>\n<style>\n:root", "<p class=\"about\">&lt;i&gt;about&lt;/i&gt;</p>",
		"<th scope=\"col\"></th><th scope=\"col\">claim</th>", "<tr><td>held</td><td>&lt;script&gt;</td></tr>",
		"<h3>id</h3>\n<p>says</p>\n<dl><dt>theirs</dt><dd>theirs &lt; 1</dd><dt>ours</dt><dd>ours</dd></dl>\n<p>why</p>",
		"<ul class=\"notes\"><li>note</li></ul>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q:\n%s", want, got)
		}
	}
}
