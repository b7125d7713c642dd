CREATE TABLE users (username TEXT, domain TEXT, password TEXT, home TEXT, uid INT, gid INT, proxy TEXT, host TEXT);
INSERT INTO users VALUES ('sqluser','example.com','{PLAIN}secret','/home/s',10000,10000,NULL,NULL);
INSERT INTO users VALUES ('sqlproxy','example.com',NULL,NULL,NULL,NULL,'Y','10.5.5.5');
INSERT INTO users VALUES ('dup','example.com','{PLAIN}a','/home/d',10000,10000,NULL,NULL);
INSERT INTO users VALUES ('dup','example.com','{PLAIN}b','/home/d',10000,10000,NULL,NULL);
