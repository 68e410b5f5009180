const kept: number[][] = [];
while (true) kept.push(new Array<number>(100000).fill(kept.length));
