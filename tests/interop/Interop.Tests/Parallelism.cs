// The scripts open a thousand calls and send tens of megabytes; beside each other they would measure the machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
