package figure

import (
	"bytes"
	"path/filepath"
	"slices"

	"colonnade/a3c/view"
	"colonnade/nn/atomicfile"
)

// RecordGroup is the records that one curve or one line of a table is made of.
type RecordGroup struct {
	Name    string
	Records []Record
}

// GroupRecords puts records into groups by a name, in the order in which the names come first.
// Records with an empty name are left out.
func GroupRecords(records []Record, name func(*Record) string) []RecordGroup {
	var groups []RecordGroup
	names, members := groupBy(records, name)
	for _, n := range names {
		if n != "" {
			groups = append(groups, RecordGroup{Name: n, Records: members[n]})
		}
	}
	return groups
}

// Runs returns the groups' training scores as learning curves are made of them.
func Runs(groups []RecordGroup) []Group {
	var all []Group
	for _, g := range groups {
		group := Group{Name: g.Name}
		for i := range g.Records {
			group.Runs = append(group.Runs, Run{Path: g.Records[i].Run, Seed: g.Records[i].Seed,
				Windows: g.Records[i].Windows})
		}
		all = append(all, group)
	}
	return all
}

// Sorted returns a curve for each group: the scores of its runs, best first.
func Sorted(groups []RecordGroup) []view.Band {
	var bands []view.Band
	for _, g := range groups {
		band := view.Band{Name: g.Name}
		for i := range g.Records {
			band.X = append(band.X, float64(i+1))
			band.Mean = append(band.Mean, g.Records[i].Score)
		}
		slices.Sort(band.Mean)
		slices.Reverse(band.Mean)
		bands = append(bands, band)
	}
	return bands
}

// WritePanels draws several charts of bands side by side and below each other to NAME.svg and
// NAME.png in a folder; the numbers of each are written with Write.
func WritePanels(dir, name string, panels []view.Panel) error {
	return writePictures(dir, name, func(b *bytes.Buffer, format view.Format) error {
		return view.WritePanels(b, format, panels)
	})
}

// WriteScatter draws a point for each record, its score over something positive, to NAME.svg and
// NAME.png in a folder.
func WriteScatter(dir, name string, axes view.Axes, groups []RecordGroup, x func(*Record) float64) error {
	var clouds []view.Cloud
	for _, g := range groups {
		c := view.Cloud{Name: g.Name}
		for i := range g.Records {
			c.X = append(c.X, x(&g.Records[i]))
			c.Y = append(c.Y, g.Records[i].Score)
		}
		clouds = append(clouds, c)
	}
	return writePictures(dir, name, func(b *bytes.Buffer, format view.Format) error {
		return view.WriteClouds(b, format, axes, clouds)
	})
}

// writePictures writes a picture in all formats.
func writePictures(dir, name string, draw func(b *bytes.Buffer, format view.Format) error) error {
	for suffix, format := range map[string]view.Format{".svg": view.SVG, ".png": view.PNG} {
		var b bytes.Buffer
		if err := draw(&b, format); err != nil {
			return err
		}
		if err := atomicfile.WriteFile(filepath.Join(dir, name+suffix), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
