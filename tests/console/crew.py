"""Workers: one that lives with a busy process, and one that fell silent."""

from datetime import datetime, timedelta

from apps.deliveries.models import Worker, WorkerShift


def add_workers(now: datetime) -> None:
    """Store them as they are at ``now``."""
    for host, ago in (("worker-1.example", 2), ("worker-2.example", 240)):
        seen_at = now - timedelta(seconds=ago)
        Worker.objects.create(
            name=f"{host}/4011",
            version="0.1.0",
            processes=2,
            threads=64,
            started_at=now - timedelta(hours=2),
            seen_at=seen_at,
        )
        WorkerShift.objects.create(
            worker=f"{host}/4022",
            version="0.1.0",
            started_at=now - timedelta(minutes=9),
            seen_at=seen_at,
            accepting_until=seen_at,
            ended_at=None if ago > 60 else seen_at,
            attempts=1_250,
        )
    WorkerShift.objects.create(
        worker="worker-1.example/4021",
        version="0.1.0",
        started_at=now - timedelta(seconds=25),
        seen_at=now,
        accepting_until=now + timedelta(seconds=30),
        lanes=3,
        in_flight=41,
        attempts=860,
    )
