// The files that a reader has opened, for as long as the tab is open. They never leave the browser.
import { read_lab, type LabFault, type LabFile } from '../model';

export interface Refused {
  readonly name: string;
  readonly fault: LabFault['fault'] | 'large';
  readonly line: number;
}

const kBytesMax = 256 << 20;
const kFilesMax = 8;

class LabFiles {
  files = $state.raw<readonly LabFile[]>([]);
  refused = $state.raw<readonly Refused[]>([]);

  async open(list: readonly File[]): Promise<void> {
    this.refused = [];
    for (const file of list) {
      if (file.size > kBytesMax) {
        this.refused = [...this.refused, { name: file.name, fault: 'large', line: 0 }];
        continue;
      }
      const read = read_lab(file.name, await file.text());
      if ('fault' in read) this.refused = [...this.refused, { name: file.name, ...read }];
      else this.files = [...this.files.filter((one) => one.name !== read.name), read].slice(-kFilesMax);
    }
  }
  close(name: string): void {
    this.files = this.files.filter((one) => one.name !== name);
  }
}
export const lab_files = new LabFiles();
