package training

import "colonnade/a3c"

// scoreEpisodes is how many training episodes a score is taken over.
const scoreEpisodes = 1000

// recentScore is the mean score of the latest training episodes, scoreEpisodes of them or a few more, as windows come
// whole. However many windows a run has, it keeps at most scoreEpisodes.
type recentScore struct {
	windows  []scored // those with an episode, oldest first
	episodes int64    // of all of them
}

// scored is what a window says of its episodes.
type scored struct {
	score    float64
	episodes int64
}

// add takes in the next window.
func (r *recentScore) add(m a3c.Metrics) {
	if m.WindowEpisodes == 0 {
		return
	}
	r.windows = append(r.windows, scored{m.Score, m.WindowEpisodes})
	r.episodes += m.WindowEpisodes
	for r.episodes-r.windows[0].episodes >= scoreEpisodes {
		r.episodes -= r.windows[0].episodes
		r.windows = r.windows[1:]
	}
}

// mean returns the score; ok is false before there are scoreEpisodes episodes. It adds up from the latest window on, so that
// a run that was resumed gets the same bits.
func (r *recentScore) mean() (score float64, ok bool) {
	if r.episodes < scoreEpisodes {
		return 0, false
	}
	sum := 0.0
	for i := len(r.windows) - 1; i >= 0; i-- {
		sum += r.windows[i].score * float64(r.windows[i].episodes)
	}
	return sum / float64(r.episodes), true
}
