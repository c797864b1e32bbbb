"""What is announced where and when: the pure rules, and the publisher that sends it."""
