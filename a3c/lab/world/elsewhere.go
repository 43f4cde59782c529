package world

import "colonnade/a3c/lab/rig"

// Elsewhere returns the same task at the same place of the arm in another domain, a name or a file.
func (o *Options) Elsewhere(domain string) (*Options, error) {
	other := &Options{flags: o.flags, env: o.env, task: o.task, domain: new(rig.Domain), targetEvery: o.targetEvery, faults: o.faults, record: o.record, rig: o.rig}
	if err := other.domain.Set(domain); err != nil {
		return nil, err
	}
	return other, nil
}
