"""Where each kind of work waits, what looks at it, and how long that may take. People decide this table."""

# label of the rows -> the queues they wait in
QUEUES_OF = {
    "tenants.delivery": {"default"},
    "tenants.scheduledrun": {"reports"},
    "workorder.importstep": {"bulk"},
    "workorder.approvaldeadline": {"default"},
    "dispatch.absencestart": {"default"},
    "dispatch.stayend": {"default"},
    "dispatch.certificateend": {"default"},
    "dispatch.planstep": {"bulk"},
    "dispatch.planpublishing": {"bulk"},
    "notifications.message": {"urgent", "default"},
    "notifications.digest": {"default"},
    "notifications.webhookcall": {"bulk"},
    "notifications.promise": {"urgent"},
}

# queue -> (job, seconds until it is asked to stop, and until it is stopped, priority: Redis serves the lowest first)
QUEUES = {
    "urgent": ("tenants.run", 10, 15, 0),
    "default": ("tenants.run", 10, 15, 3),
    "reports": ("tenants.run_long", 120, 150, 6),
    "bulk": ("tenants.run_long", 120, 150, 9),
}

# beat's entries -> (job, every so many seconds). Each is a ring: what is due stands in the database.
BEAT = {"ring-for-what-is-due": ("tenants.tick", 30.0)}

# What was measured, and is not to be changed without measuring again.
CELERY = {
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "task_publish_retry": False,
    "broker_pool_limit": 10,
    "broker_pool_acquire_timeout": 1,
    "task_ignore_result": True,
    "result_backend": None,
    "task_acks_late": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_prefetch_multiplier": 1,
    "worker_max_tasks_per_child": 500,
    "worker_max_memory_per_child": 300_000,
    "task_soft_time_limit": 60,
    "task_time_limit": 90,
    "worker_soft_shutdown_timeout": 10,
    # Not as measured: idle, it would use up the grace that a supervisor gives, and there is nothing to wait for.
    "worker_enable_soft_shutdown_on_idle": False,
    "task_serializer": "json",
    "accept_content": ["json"],
    "broker_transport_options": {
        "socket_connect_timeout": 0.15,
        "socket_timeout": 0.15,
        "retry_on_timeout": False,
        "max_retries": 0,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "visibility_timeout": 900,
    },
}
# Only a worker may wait for Redis.
WORKER = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
PINS = {"celery": "5.6.3", "kombu": "5.7.0", "redis": "8.1.0", "billiard": "4.3.2"}
