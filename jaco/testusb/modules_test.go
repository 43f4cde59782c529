//go:build linux

package testusb

import (
	"debug/elf"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wanted are the modules that the tests use, with their parameters. vivid is asked for one plain
// webcam instead of its crowd of devices.
var wanted = []module{
	{name: "vhci_hcd"},
	{name: "uvcvideo"},
	{name: "vivid", parameters: "n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0"},
}

// module is a kernel module to be loaded.
type module struct {
	name       string // with _ for -
	path       string
	parameters string
	needs      []string
}

// moduleName is the name in the path of a module's file, such as usb/core/usbcore.ko.
func moduleName(path string) string {
	return strings.ReplaceAll(strings.TrimSuffix(filepath.Base(path), ".ko"), "-", "_")
}

// readModule reads what a module's file says it needs: in the section .modinfo, zero-terminated
// key=value.
func readModule(path string) (m module, err error) {
	m = module{name: moduleName(path), path: path}
	f, err := elf.Open(path)
	if err != nil {
		return m, err
	}
	defer f.Close()
	section := f.Section(".modinfo")
	if section == nil {
		return m, fmt.Errorf("%s is no kernel module", path)
	}
	info, err := section.Data()
	if err != nil {
		return m, err
	}
	m.needs = needs(string(info))
	return m, nil
}

func needs(info string) (names []string) {
	for entry := range strings.SplitSeq(info, "\x00") {
		key, value, _ := strings.Cut(entry, "=")
		if key == "softdep" && strings.HasPrefix(value, "pre:") {
			value = strings.ReplaceAll(strings.TrimSpace(value[len("pre:"):]), " ", ",")
		} else if key != "depends" {
			continue
		}
		for name := range strings.SplitSeq(value, ",") {
			if name != "" {
				names = append(names, strings.ReplaceAll(name, "-", "_"))
			}
		}
	}
	return names
}

// loadOrder puts modules and what they need into an order in which they can be loaded. Names in
// builtin need no file.
func loadOrder(roots []module, have map[string]module, builtin []string) (order []module, err error) {
	var visit func(name string, behind []string) error
	visit = func(name string, behind []string) error {
		m, ok := have[name]
		switch {
		case slices.ContainsFunc(order, func(o module) bool { return o.name == name }):
			return nil
		case !ok && slices.Contains(builtin, name):
			return nil
		case !ok:
			return fmt.Errorf("the kernel has no module %s, needed by %s", name, strings.Join(behind, " for "))
		case slices.Contains(behind, name):
			return fmt.Errorf("module %s needs itself, by %s", name, strings.Join(behind, " for "))
		}
		for _, need := range m.needs {
			if err := visit(need, append([]string{name}, behind...)); err != nil {
				return err
			}
		}
		order = append(order, m)
		return nil
	}
	for _, root := range roots {
		if err := visit(root.name, []string{"the tests"}); err != nil {
			return nil, err
		}
		for i := range order {
			if order[i].name == root.name {
				order[i].parameters = root.parameters
			}
		}
	}
	return order, nil
}

func TestLoadOrder(t *testing.T) {
	have := map[string]module{}
	for name, info := range map[string]string{
		"vhci_hcd": "license=GPL\x00depends=usbcore,usbip-core\x00", "usbip_core": "depends=usbcore\x00",
		"usbcore": "depends=usb-common\x00", "usb_common": "depends=\x00",
		"camera": "softdep=pre: usbcore hid\x00depends=\x00", "snake": "depends=snake2\x00",
		"snake2": "depends=snake\x00", "lonely": "depends=nobody\x00",
	} {
		have[name] = module{name: name, needs: needs(info)}
	}
	order, err := loadOrder([]module{{name: "camera", parameters: "x=1"}, {name: "vhci_hcd"}}, have, []string{"hid"})
	var names []string
	for _, m := range order {
		names = append(names, m.name+m.parameters)
	}
	if want := []string{"usb_common", "usbcore", "camerax=1", "usbip_core", "vhci_hcd"}; err != nil ||
		!slices.Equal(names, want) {
		t.Errorf("order %v, %v, want %v", names, err, want)
	}
	for _, bad := range []string{"snake", "lonely", "none"} {
		if _, err := loadOrder([]module{{name: bad}}, have, nil); err == nil {
			t.Errorf("%s has an order", bad)
		}
	}
	if got := moduleName("kernel/drivers/usb/common/usb-common.ko"); got != "usb_common" {
		t.Errorf("the module is called %s", got)
	}
}
