# id: c17_processes
# format: stdin
# problem: sum
# expect: AC
# what: right, by a pool of processes and a queue: their semaphores want /dev/shm
from multiprocessing import Pool, Process, Queue

def double(x):
    return 2 * x

def half(queue, total):
    queue.put(total // 2)

if __name__ == "__main__":
    input()
    with Pool(2) as pool:
        total = sum(pool.map(double, map(int, input().split())))
    queue = Queue()
    process = Process(target=half, args=(queue, total))
    process.start()
    print(queue.get())
    process.join()
