"""The peers of dispatch.py: `dispatch_peers.py PEER TRIALS` prints trials a second, start-up not counted."""

import multiprocessing
import sys
import time


def trial(index):
    return index


def rate(trials, work):
    begin = time.perf_counter()
    done = work()
    assert done == trials, f"{done} of {trials}"
    return trials / (time.perf_counter() - begin)


def mpi4py(trials, chunk=1):  # under mpirun -n 3: one master, two workers
    from mpi4py.futures import MPIPoolExecutor

    with MPIPoolExecutor() as pool:
        list(pool.map(trial, range(10)))
        return rate(trials, lambda: len(list(pool.map(trial, range(trials), chunksize=chunk))))


def mpi4py_chunks(trials):
    return mpi4py(trials, chunk=64)


def dask(trials):
    from distributed import Client

    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        client.gather(client.map(trial, range(-10, 0)))
        return rate(trials, lambda: len(client.gather(client.map(trial, range(trials)))))


def optuna_study(sampler, storage=None):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(study_name="n", sampler=sampler, storage=storage, load_if_exists=True)


def optuna_grid(trials):  # the same grid; in memory
    from optuna.samplers import GridSampler

    study = optuna_study(GridSampler({"index": list(range(trials))}))
    work = lambda: study.optimize(lambda t: trial(t.suggest_int("index", 0, trials - 1)), n_trials=trials)
    return rate(trials, lambda: work() or len(study.trials))


def optimize_random(storage, trials):
    from optuna.samplers import RandomSampler

    study = optuna_study(RandomSampler(), storage)
    study.optimize(lambda t: trial(t.suggest_int("index", 0, 10**9)), n_trials=trials)
    return len(study.trials)


def optuna_random(trials):  # its quickest sampler; in memory, where a second thread only slows it down
    return rate(trials, lambda: optimize_random(None, trials))


def optuna_sqlite(trials):  # its quickest sampler; a record kept, by two processes
    storage = "sqlite:///optuna.db"  # in the working folder
    optuna_study(None, storage)

    def work():
        workers = [multiprocessing.Process(target=optimize_random, args=(storage, trials // 2)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return len(optuna_study(None, storage).trials)

    return rate(trials, work)


if __name__ == "__main__":
    print(globals()[sys.argv[1]](int(sys.argv[2])))
