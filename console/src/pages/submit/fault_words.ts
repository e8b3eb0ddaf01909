// What is wrong with a job file, in words.
import type { JobFault, JobFaultCode, JobNote, JobNoteCode } from '../../model';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key, values?: Record<string, string | number>) => string;

const kFaults: Record<JobFaultCode, Key> = {
  tab: 'job.tab', indent: 'job.indent', entry: 'job.entry', twice: 'job.twice', quote: 'job.quote', flow: 'job.flow', anchor: 'job.anchor', lines: 'job.lines',
  document: 'job.document', deep: 'job.deep', large: 'job.large', 'no-mapping': 'job.no_mapping', scalar: 'job.scalar', duration: 'job.duration', money: 'job.money',
  'both-prices': 'job.both_prices', time: 'job.time', number: 'job.number', truth: 'job.truth', share: 'job.share', name: 'job.name_fault', hub: 'job.hub_fault',
  'unknown-key': 'job.unknown_key', 'not-here': 'job.not_here', 'no-accelerators': 'job.no_accelerators', 'no-work': 'job.no_work', 'no-price': 'job.no_price',
  'one-data': 'job.one_data', late: 'job.late',
};
export const fault_text = (fault: JobFault, say: Say): string => say(kFaults[fault.code], { value: fault.value });

const kNotes: Record<JobNoteCode, Key> = {
  'no-variant': 'job.note_variant', 'no-throughput': 'job.note_throughput', 'after-deadline': 'job.note_deadline', 'market-price': 'job.note_price', 'other-tools': 'job.note_tools', 'not-run': 'job.note_run',
};
export const note_text = (note: JobNote, say: Say): string => say(kNotes[note.code], { value: note.value });
