# Workers of multiprocessing and of concurrent.futures.
attempts = Attempts()


def f(x):
    attempts("fork context", lambda: start(grab("multiprocessing").get_context("fork")))
    attempts("spawn context", lambda: start(grab("multiprocessing").get_context("spawn")))
    attempts("executor", lambda: grab("concurrent.futures").ProcessPoolExecutor(1).submit(abs, -1).result(1))
    return attempts.report()


def start(context):
    process = context.Process(target=abs, args=(1,))
    process.start()
    process.join(1)
    return process.pid
