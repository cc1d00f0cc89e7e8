"""Functions and what invokes them: what ministack 1.5.33 lacks of Lambda and of EventBridge's deliveries to it."""
import contextvars
import json
import time

import ministack.core.lambda_runtime as lambda_runtime
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as lambda_service


def install():
    lambda_service._event_invoke_config = unqualified_is_latest(lambda_service._event_invoke_config)
    stack_function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    stack_function["create"] = keeping_function_settings(stack_function["create"])
    stack_function["update"] = keeping_function_settings(stack_function["update"])
    eventbridge._dispatch_to_lambda = deliver_to_function
    lambda_service._execute_function = waiting_out_throttles(lambda_service._execute_function)
    lambda_runtime.ProvidedWorker._build_handler_class = answering_at_once(
        lambda_runtime.ProvidedWorker._build_handler_class)


# --- functions -----------------------------------------------------------------------------------------------------

def keeping_function_settings(provision):
    """The properties of AWS::Lambda::Function that ministack's stacks drop: dead-letter queue and concurrency."""
    def provision_function(*arguments, **options):
        name, attributes = provision(*arguments, **options)
        properties = options.get("new_props") or [given for given in arguments if isinstance(given, dict)][-1]
        function = lambda_service._functions[name]
        function["config"]["DeadLetterConfig"] = properties.get("DeadLetterConfig")
        function["concurrency"] = properties.get("ReservedConcurrentExecutions")
        return name, attributes
    return provision_function


def unqualified_is_latest(event_invoke_config):
    """Without a qualifier the configuration is that of $LATEST, which is where a stack puts it."""
    def configuration(function, qualifier):
        return event_invoke_config(function, qualifier) or (
            None if qualifier else event_invoke_config(function, "$LATEST"))
    return configuration


# --- EventBridge to Lambda ------------------------------------------------------------------------------------------

# Set while an event is handed over, and so copied into the context of the invocation it starts.
_asynchronous = contextvars.ContextVar("asynchronous", default=False)


def deliver_to_function(arn, payload):
    """An asynchronous invocation as on AWS: only with the function's permission, with its retries and its
    dead-letter queue. ministack calls once, asks nobody and forgets a failure."""
    function, config, name = lambda_service._get_func_record_for_ref(arn)
    if not function or not config:
        eventbridge.logger.warning("EventBridge: no function %s", name)
        return
    if not allows_eventbridge(function):
        eventbridge.logger.warning("EventBridge: function %s does not permit events.amazonaws.com", name)
        return
    token = _asynchronous.set(True)
    lambda_service.invoke_async_with_retry(
        lambda_service._execution_record_for_config(function, config), json.loads(payload))
    _asynchronous.reset(token)


def allows_eventbridge(function):
    return any(statement.get("Effect") == "Allow" and statement.get("Action") in ("lambda:InvokeFunction", "lambda:*")
               and statement.get("Principal") in ({"Service": "events.amazonaws.com"}, "*")
               for statement in function["policy"]["Statement"])


def waiting_out_throttles(execute):
    """A throttled asynchronous event waits in Lambda's queue and costs no retry (AWS: for up to six hours)."""
    def execute_function(function, event):
        result = execute(function, event)
        while result.get("throttle") and _asynchronous.get():
            time.sleep(0.01)
            result = execute(function, event)
        return result
    return execute_function


def answering_at_once(build_handler_class):
    """The Runtime API answers in two writes; with Nagle's algorithm the second waits 40 ms for an acknowledgement."""
    def build(worker, generation, pending):
        handler = build_handler_class(worker, generation, pending)
        handler.disable_nagle_algorithm = True
        return handler
    return build
