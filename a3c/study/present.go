package study

import "slices"

// present returns the first rung that is not complete, who takes part in it, and the candidates that have a score of it
// already. When the study is done it is the number of rungs.
func (s *Study) present() (rung int, candidates, reached []int, err error) {
	for i := range s.Trials {
		candidates = append(candidates, i)
	}
	for rung := range s.Rungs {
		var scores []Score
		reached = nil
		for _, number := range candidates {
			score, ok, err := s.score(s.Draw(number), rung)
			if err != nil {
				return 0, nil, nil, err
			}
			if ok {
				scores, reached = append(scores, score), append(reached, number)
			}
		}
		if len(scores) < len(candidates) {
			return rung, candidates, reached, nil
		}
		candidates = best(scores, s.promoted(len(candidates)))
	}
	return s.Rungs, nil, nil, nil
}

// Next returns the rung whose end a trial is to be brought to now. ok is false if there is nothing to do for it: it has
// come to the end of the present rung, did not get into it, or the study is done.
func (s *Study) Next(number int) (rung int, ok bool, err error) {
	rung, candidates, reached, err := s.present()
	return rung, err == nil && slices.Contains(candidates, number) && !slices.Contains(reached, number), err
}

// Done tells whether every trial has come as far as it is to.
func (s *Study) Done() (bool, error) {
	rung, _, _, err := s.present()
	return err == nil && rung == s.Rungs, err
}
