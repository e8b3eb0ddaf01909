// Short messages of what has just happened. They leave by themselves; errors stay until closed.
export interface Toast {
  id: number;
  text: string;
  tone: 'good' | 'bad';
}

const kSeconds = 6;
const kToastsMax = 4;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 0;
  say(text: string, tone: Toast['tone'] = 'good'): void {
    const id = this.#next++;
    this.list = [...this.list, { id, text, tone }].slice(-kToastsMax);
    if (tone === 'good') setTimeout(() => this.close(id), kSeconds * 1000);
  }
  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
export const toasts = new Toasts();
